import { useRef, useState } from 'preact/hooks';
import type { KeyRequest } from '@volttron-ts/vip-core';
import { api } from '../api.ts';
import { formatAge } from './age.ts';
import { DecisionDialog } from './decision-dialog.tsx';
import type { Decision } from './decision-dialog.tsx';
import type { KeyRequestsView } from './use-key-requests.ts';

interface KeysPageProps extends KeyRequestsView {
  /** The platform's clock minus the browser's, in ms: ages are the platform's. */
  readonly clockOffset: number;
}

/** Keys that asked to connect: those that wait first, with the two decisions. */
export function KeysPage({ requests, problem, refresh, clockOffset }: KeysPageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [decision, setDecision] = useState<Decision>();
  const [failure, setFailure] = useState<string>();

  const decide = async ({ request, verb }: Decision) => {
    setDecision(undefined);
    try {
      await api.decide(request.id, verb);
      setFailure(undefined);
    } catch (error) {
      setFailure((error as Error).message);
    }
    await refresh();
    if (document.activeElement === document.body) heading.current?.focus();
  };

  return (
    <main class="keys">
      <section class="card" aria-label="Key requests">
        <div class="bar">
          <h1 ref={heading} tabIndex={-1}>
            Keys
          </h1>
          <span class="count" role="status">
            {requests === undefined ? 'loading …' : waitingText(requests)}
          </span>
        </div>
        {(failure ?? problem) !== undefined && (
          <p class="problem" role="alert">
            {failure ?? problem}
          </p>
        )}
        {requests?.length === 0 && <p class="empty">No key has asked to connect.</p>}
        {requests !== undefined && requests.length > 0 && (
          <RequestTable requests={requests} now={Date.now() + clockOffset} onDecide={setDecision} />
        )}
      </section>
      {decision !== undefined && (
        <DecisionDialog
          decision={decision}
          onConfirm={decide}
          onCancel={() => {
            setDecision(undefined);
          }}
        />
      )}
    </main>
  );
}

function waitingText(requests: readonly KeyRequest[]): string {
  const waiting = requests.filter(({ status }) => status === 'pending').length;
  return `${waiting === 0 ? 'none' : waiting} waiting`;
}

interface RequestTableProps {
  readonly requests: readonly KeyRequest[];
  readonly now: number;
  readonly onDecide: (decision: Decision) => void;
}

function RequestTable({ requests, now, onDecide }: RequestTableProps) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Identity</th>
          <th scope="col">Address</th>
          <th scope="col">Waiting</th>
          <th scope="col">Key</th>
          <th scope="col" class="number">
            Attempts
          </th>
          <th scope="col">Decision</th>
        </tr>
      </thead>
      <tbody>
        {requests.map((request) => (
          <RequestRow key={request.id} request={request} now={now} onDecide={onDecide} />
        ))}
      </tbody>
    </table>
  );
}

interface RequestRowProps {
  readonly request: KeyRequest;
  readonly now: number;
  readonly onDecide: (decision: Decision) => void;
}

function RequestRow({ request, now, onDecide }: RequestRowProps) {
  const { id, identity, address, credential, status, attempts, firstSeen, lastSeen } = request;
  const button = (verb: Decision['verb'], text: string) => (
    <button
      type="button"
      class={verb}
      aria-label={`${text} ${identity} from ${address}`}
      onClick={() => {
        onDecide({ request, verb });
      }}
    >
      {text}
    </button>
  );
  return (
    <tr data-request={id} data-identity={identity} data-credential={credential} data-status={status}>
      <th scope="row">{identity}</th>
      <td>{address}</td>
      <td>
        <time dateTime={firstSeen} title={`first ${firstSeen}, latest ${lastSeen}`}>
          {status === 'pending' ? formatAge(Date.parse(firstSeen), now) : '–'}
        </time>
      </td>
      <td class="key">
        <code>{credential}</code>
      </td>
      <td class="number">{attempts}</td>
      <td class="decision">
        {status !== 'pending' && <span class={`badge ${status}`}>{status}</span>}
        {status !== 'approved' && button('approve', 'Approve')}
        {status !== 'denied' && button('deny', 'Deny')}
      </td>
    </tr>
  );
}
