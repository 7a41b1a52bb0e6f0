/** Replicates the local journal to a remote platform. @packageDocumentation */
export {};
