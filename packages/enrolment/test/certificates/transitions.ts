/** Every step that a request may take, as the seed and the design say it: written down apart from the code. */
const table: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // A name that nobody has, or whose request failed, was canceled, or has expired.
  submit: { unknown: 'pending', failed: 'pending', canceled: 'pending', issued: 'pending' },
  approve: {
    ...{ unknown: 'approved', pending: 'approved', denied: 'approved' },
    ...{ failed: 'approved', canceled: 'approved', issued: 'approved' },
  },
  order: { unknown: 'approved', denied: 'approved', failed: 'approved', canceled: 'approved', issued: 'approved' },
  deny: { pending: 'denied', approved: 'denied', issued: 'denied', failed: 'denied', canceled: 'denied' },
  remove: {
    ...{ pending: 'unknown', approved: 'unknown', issued: 'unknown' },
    ...{ denied: 'unknown', failed: 'unknown', canceled: 'unknown' },
  },
  cancel: { pending: 'canceled', approved: 'approved' },
  modify: { approved: 'approved' },
  conflict: {
    ...{ pending: 'pending', approved: 'approved', issued: 'issued', denied: 'denied' },
    // Of this instance's own orders only: others leave their name free.
    ...{ failed: 'failed', canceled: 'canceled' },
  },
  // The order of a removed request may end later.
  result: { approved: 'approved issued failed canceled', unknown: 'unknown' },
};

/** `action from>to` */
export const transitions: readonly string[] = Object.entries(table).flatMap(([action, steps]) =>
  Object.entries(steps).flatMap(([from, to]) => to.split(' ').map((one) => `${action} ${from}>${one}`)),
);
