/** TestPlatform: whole instances for tests. @packageDocumentation */
export {};
