"""The rules: plain functions, a module a family. Services speak telephone."""
