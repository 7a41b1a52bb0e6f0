import { useEffect, useRef } from 'preact/hooks';
import type { KeyRequest } from '@volttron-ts/vip-core';

export interface Decision {
  readonly request: KeyRequest;
  readonly verb: 'approve' | 'deny';
}

interface DecisionDialogProps {
  readonly decision: Decision;
  readonly onConfirm: (decision: Decision) => unknown;
  readonly onCancel: () => void;
}

/** Asks once more, with the key to compare; Escape and Cancel decide nothing. */
export function DecisionDialog({ decision, onConfirm, onCancel }: DecisionDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { request, verb } = decision;
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="decision-title" onClose={onCancel}>
      <h2 id="decision-title">
        {verb === 'approve' ? 'Approve' : 'Deny'} {request.identity}?
      </h2>
      <dl>
        <dt>Address</dt>
        <dd>{request.address}</dd>
        <dt>Key</dt>
        <dd>
          <code>{request.credential}</code>
        </dd>
      </dl>
      <p>
        {verb === 'approve'
          ? 'Its owner may then connect and publish. Compare the key with what the other side shows.'
          : 'Its owner cannot connect, and what it has open ends at once.'}
      </p>
      <div class="actions">
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
        <button
          type="button"
          class={`${verb} strong`}
          onClick={() => {
            onConfirm(decision);
          }}
        >
          {verb === 'approve' ? 'Approve' : 'Deny'}
        </button>
      </div>
    </dialog>
  );
}
