import { timingSafeEqual } from 'node:crypto';

import { decodeCommand, encodeCommand } from '../codec/command.ts';
import { decodeMetadata } from '../codec/metadata.ts';
import { CryptoError, ProtocolError } from '../errors.ts';
import { agreed, cookieLength, helloLength, nonce, opened, sealed } from './curve-box.ts';
import type { CurveSources } from './curve-box.ts';
import { CurveSession, NonceCounter } from './curve-session.ts';
import type { Handshake, HandshakeStep, Session } from './mechanism.ts';

/** Raw keys of 32 bytes. */
export interface CurveServerKeys {
  readonly publicKey: Buffer;
  readonly secretKey: Buffer;
}

/** What WELCOME left behind for INITIATE. */
interface Welcomed {
  readonly clientTransient: Buffer;
  readonly secret: Buffer;
  readonly cookie: Buffer;
  readonly sessionKey: Buffer;
}

/** The server's side of CurveZMQ (RFC 26). */
export class CurveServerHandshake implements Handshake {
  readonly mechanism = 'CURVE';
  readonly asServer = true;
  private readonly keys: CurveServerKeys;
  private readonly sources: CurveSources;
  private readonly sent = new NonceCounter();
  private readonly received = new NonceCounter();
  private state: 'new' | 'welcomed' | 'initiated' = 'new';
  private welcomed: Welcomed | undefined;

  constructor(keys: CurveServerKeys, sources: CurveSources) {
    this.keys = keys;
    this.sources = sources;
  }

  start(): undefined {
    return undefined;
  }

  receive(body: Buffer): HandshakeStep {
    const { name, data } = decodeCommand(body);
    if (name === 'HELLO' && this.state === 'new') return this.hello(body);
    if (name === 'INITIATE' && this.welcomed && this.state === 'welcomed') return this.initiate(data, this.welcomed);
    throw new ProtocolError(`a CURVE ${this.state === 'new' ? 'HELLO' : 'INITIATE'} is expected`);
  }

  private hello(body: Buffer): HandshakeStep {
    if (body.length !== helloLength) throw new ProtocolError('the HELLO has a wrong length', body.length);
    if (body[6] !== 1 || body[7] !== 0) throw new ProtocolError('the HELLO has an unknown version', body[6]);
    const { engine, random } = this.sources;
    const clientTransient = Buffer.from(body.subarray(80, 112));
    const helloKey = agreed(engine, 'HELLO', clientTransient, this.keys.secretKey);
    this.advance('HELLO', body, 112);
    const zeros = opened(
      engine,
      'HELLO',
      body.subarray(120),
      nonce('CurveZMQHELLO---', body.subarray(112, 120)),
      helloKey,
    );
    if (!timingSafeEqual(zeros, Buffer.alloc(64))) throw new CryptoError('HELLO', 'its signature box is wrong');

    const secret = random(32);
    const publicKey = engine.publicKey(secret);
    const sessionKey = agreed(engine, 'HELLO', clientTransient, secret);
    const cookie = this.bakeCookie(clientTransient, secret);
    this.welcomed = { clientTransient, secret, cookie, sessionKey };
    this.state = 'welcomed';
    const long = random(16);
    const box = sealed(engine, Buffer.concat([publicKey, cookie]), nonce('WELCOME-', long), helloKey);
    engine.zero(helloKey);
    return { type: 'send', command: encodeCommand('WELCOME', long, box) };
  }

  /** The connection keeps the state itself, so the cookie is compared, never opened, and its key need not be kept. */
  private bakeCookie(clientTransient: Buffer, secret: Buffer): Buffer {
    const { engine, random } = this.sources;
    const cookieKey = random(32);
    const long = random(16);
    const text = Buffer.concat([clientTransient, secret]);
    const cookie = Buffer.concat([long, sealed(engine, text, nonce('COOKIE--', long), cookieKey)]);
    engine.zero(cookieKey);
    engine.zero(text);
    return cookie;
  }

  private initiate(data: Buffer, welcomed: Welcomed): HandshakeStep {
    const { engine } = this.sources;
    const boxOffset = cookieLength + 8;
    if (data.length < boxOffset + 16 + 128) throw new ProtocolError('the INITIATE is too short', data.length);
    if (!timingSafeEqual(data.subarray(0, cookieLength), welcomed.cookie)) {
      throw new CryptoError('INITIATE', 'its cookie is not the one given');
    }
    this.advance('INITIATE', data, cookieLength);
    const fullNonce = nonce('CurveZMQINITIATE', data.subarray(cookieLength, boxOffset));
    const text = opened(engine, 'INITIATE', data.subarray(boxOffset), fullNonce, welcomed.sessionKey);
    const publicKey = Buffer.from(text.subarray(0, 32));
    this.checkVouch(publicKey, text.subarray(32, 128), welcomed);
    this.state = 'initiated';
    return { type: 'authenticate', publicKey, metadata: decodeMetadata(text.subarray(128)) };
  }

  private checkVouch(publicKey: Buffer, vouch: Buffer, welcomed: Welcomed): void {
    const { engine } = this.sources;
    const key = agreed(engine, 'INITIATE', publicKey, welcomed.secret);
    const text = opened(engine, 'INITIATE', vouch.subarray(16), nonce('VOUCH---', vouch.subarray(0, 16)), key);
    engine.zero(key);
    engine.zero(welcomed.secret);
    if (!timingSafeEqual(text, Buffer.concat([welcomed.clientTransient, this.keys.publicKey]))) {
      throw new CryptoError('INITIATE', 'its vouch names other keys');
    }
  }

  private advance(command: string, bytes: Buffer, offset: number): void {
    if (!this.received.advance(bytes, offset)) throw new CryptoError(command, 'its nonce is not above the last one');
  }

  accept(metadata: Buffer): Buffer {
    if (this.state !== 'initiated' || !this.welcomed) throw new ProtocolError('the handshake is not done');
    const short = Buffer.alloc(8);
    this.sent.next(short, 0);
    const { engine } = this.sources;
    const box = sealed(engine, metadata, nonce('CurveZMQREADY---', short), this.welcomed.sessionKey);
    return encodeCommand('READY', short, box);
  }

  session(packing: boolean): Session {
    if (this.state !== 'initiated' || !this.welcomed) throw new ProtocolError('the handshake is not done');
    const { sent, received } = this;
    const key = Buffer.from(this.welcomed.sessionKey);
    return new CurveSession({ key, asServer: true, sent, received, packing }, this.sources.engine);
  }

  destroy(): void {
    if (!this.welcomed) return;
    this.sources.engine.zero(this.welcomed.secret);
    this.sources.engine.zero(this.welcomed.sessionKey);
  }
}
