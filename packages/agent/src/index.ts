/** What an agent author sees: defineAgent and vip.*. @packageDocumentation */
export {};
