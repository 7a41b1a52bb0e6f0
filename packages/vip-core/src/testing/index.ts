/** Contract suites and test clocks for the rooms above. @packageDocumentation */
export {};
