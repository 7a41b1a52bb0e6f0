import { decodeCommand, decodeError, encodeCommand } from '../codec/command.ts';
import { decodeMetadata } from '../codec/metadata.ts';
import { CryptoError, ProtocolError } from '../errors.ts';
import { agreed, nonce, opened, sealed, welcomeLength } from './curve-box.ts';
import type { CurveSources } from './curve-box.ts';
import { CurveSession, NonceCounter } from './curve-session.ts';
import type { Handshake, HandshakeStep, Session } from './mechanism.ts';

/** Raw keys of 32 bytes. */
export interface CurveClientKeys {
  readonly serverKey: Buffer;
  readonly publicKey: Buffer;
  readonly secretKey: Buffer;
}

/** The client's side of CurveZMQ (RFC 26): HELLO, WELCOME, INITIATE, READY. */
export class CurveClientHandshake implements Handshake {
  readonly mechanism = 'CURVE';
  readonly asServer = false;
  private readonly keys: CurveClientKeys;
  private readonly metadata: Buffer;
  private readonly sources: CurveSources;
  private readonly transientSecret: Buffer;
  private readonly transientPublic: Buffer;
  private readonly sent = new NonceCounter();
  private readonly received = new NonceCounter();
  private state: 'hello' | 'initiate' | 'ready' = 'hello';
  private helloKey: Buffer | undefined;
  private sessionKey: Buffer | undefined;

  constructor(keys: CurveClientKeys, metadata: Buffer, sources: CurveSources) {
    this.keys = keys;
    this.metadata = metadata;
    this.sources = sources;
    this.transientSecret = sources.random(32);
    this.transientPublic = sources.engine.publicKey(this.transientSecret);
  }

  start(): Buffer {
    const { engine } = this.sources;
    this.helloKey = agreed(engine, 'HELLO', this.keys.serverKey, this.transientSecret);
    const short = this.shortNonce();
    const box = sealed(engine, Buffer.alloc(64), nonce('CurveZMQHELLO---', short), this.helloKey);
    return encodeCommand('HELLO', Buffer.of(1, 0), Buffer.alloc(72), this.transientPublic, short, box);
  }

  receive(body: Buffer): HandshakeStep {
    const { name, data } = decodeCommand(body);
    if (name === 'ERROR') return { type: 'refused', reason: decodeError(data) };
    if (name === 'WELCOME' && this.state === 'hello') return this.welcome(body);
    if (name === 'READY' && this.state === 'initiate') return this.ready(data);
    throw new ProtocolError(`a CURVE ${this.state === 'hello' ? 'WELCOME' : 'READY'} is expected`);
  }

  private welcome(body: Buffer): HandshakeStep {
    if (body.length !== welcomeLength || !this.helloKey) throw new ProtocolError('the WELCOME has a wrong length');
    const { engine, random } = this.sources;
    const text = opened(engine, 'WELCOME', body.subarray(24), nonce('WELCOME-', body.subarray(8, 24)), this.helloKey);
    const serverTransient = text.subarray(0, 32);
    const cookie = text.subarray(32);
    this.sessionKey = agreed(engine, 'WELCOME', serverTransient, this.transientSecret);

    const vouchKey = agreed(engine, 'WELCOME', serverTransient, this.keys.secretKey);
    const vouchNonce = random(16);
    const vouched = Buffer.concat([this.transientPublic, this.keys.serverKey]);
    const vouch = sealed(engine, vouched, nonce('VOUCH---', vouchNonce), vouchKey);
    engine.zero(vouchKey);

    const short = this.shortNonce();
    const initiate = Buffer.concat([this.keys.publicKey, vouchNonce, vouch, this.metadata]);
    const box = sealed(engine, initiate, nonce('CurveZMQINITIATE', short), this.sessionKey);
    this.state = 'initiate';
    return { type: 'send', command: encodeCommand('INITIATE', cookie, short, box) };
  }

  private ready(data: Buffer): HandshakeStep {
    if (data.length < 24 || !this.sessionKey) throw new ProtocolError('the READY has a wrong length');
    if (!this.received.advance(data, 0)) throw new CryptoError('READY', 'its nonce is not above the last one');
    const short = data.subarray(0, 8);
    const fullNonce = nonce('CurveZMQREADY---', short);
    const text = opened(this.sources.engine, 'READY', data.subarray(8), fullNonce, this.sessionKey);
    this.state = 'ready';
    return { type: 'ready', metadata: decodeMetadata(text) };
  }

  private shortNonce(): Buffer {
    const short = Buffer.alloc(8);
    this.sent.next(short, 0);
    return short;
  }

  accept(): Buffer {
    throw new ProtocolError('a client accepts nobody');
  }

  session(packing: boolean): Session {
    if (this.state !== 'ready' || !this.sessionKey) throw new ProtocolError('the handshake is not done');
    const { sent, received } = this;
    const key = Buffer.from(this.sessionKey);
    return new CurveSession({ key, asServer: false, sent, received, packing }, this.sources.engine);
  }

  destroy(): void {
    const { engine } = this.sources;
    engine.zero(this.transientSecret);
    if (this.helloKey) engine.zero(this.helloKey);
    if (this.sessionKey) engine.zero(this.sessionKey);
  }
}
