"""The cases, a module for each chapter; the function under a case is its test."""
