"""Gathers the models of goals for Django."""
