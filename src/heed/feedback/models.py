"""Gathers the models of feedback for Django."""
