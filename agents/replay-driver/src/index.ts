/** Replays the readings of a real air handling unit. @packageDocumentation */
export {};
