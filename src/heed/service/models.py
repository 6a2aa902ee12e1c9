"""Gathers the models of service for Django."""
