"""Consentry: a User-Managed Access (UMA) 2.0 authorization server, and the SDK that speaks to one."""

__version__ = "0.1.0"
