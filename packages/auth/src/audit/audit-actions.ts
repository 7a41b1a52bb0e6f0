/** The actions by which the log speaks of itself. */
export const auditActions = {
  opened: 'audit.opened',
  torn: 'audit.torn',
  cut: 'audit.cut',
  signed: 'audit.signed',
} as const;
