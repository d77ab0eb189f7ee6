"""The services as small HTTP servers that keep the services' documented rules: for tests, the demo and rehearsals."""
