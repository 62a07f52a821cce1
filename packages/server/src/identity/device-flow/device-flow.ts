import { createHmac, randomInt } from 'node:crypto';
import { agentOf } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { DeviceRequest, DeviceStore } from '../../registry/ports/device-store.ts';
import type {
  BrowserOrigin,
  CodeOutcome,
  DeviceAnswer,
  DeviceService,
  OpenSession,
  StartedDevice,
} from '../../registry/ports/sign-in-service.ts';
import { clientNetwork } from '../client-network.ts';
import type { CodeGuard } from '../code-guard.ts';
import { accessTokens, deviceCodes } from '../random-secret.ts';

const expiresInSeconds = 600;
const intervalSeconds = 5;
/** Waiting at a time: strangers can ask without end, and from many networks. */
const mostOfNetwork = 20;
const mostInAll = 10_000;
/** Consonants that make no words and are not mistaken for digits (RFC 8628 section 6.1). */
const consonants = 'BCDFGHJKLMNPQRSTVWXZ';
const codeLength = 8;

interface DeviceFlowOptions {
  readonly devices: DeviceStore;
  readonly guard: CodeGuard;
  /** 32 bytes; user codes are kept as what it makes of them. */
  readonly codeKey: Uint8Array;
  readonly tokenLifetimeMs: number;
  readonly now: () => Millis;
}

/** Devices without a browser, let in by somebody with one (RFC 8628). */
export class DeviceFlow implements DeviceService {
  readonly #options: DeviceFlowOptions;

  constructor(options: DeviceFlowOptions) {
    this.#options = options;
  }

  async start(name: string, address: string): Promise<StartedDevice | undefined> {
    const { devices, now } = this.#options;
    const code = deviceCodes.create();
    const userCode = Array.from({ length: codeLength }, () => consonants[randomInt(consonants.length)]).join('');
    const at = now();
    const started = await devices.startDevice({
      deviceHash: code.hash,
      userCodeHash: this.#hash(userCode),
      name,
      address,
      network: clientNetwork(address),
      most: mostOfNetwork,
      mostInAll,
      at,
      expiresAt: at + expiresInSeconds * 1000,
    });
    if (!started) return undefined;
    const shown = `${userCode.slice(0, codeLength / 2)}-${userCode.slice(codeLength / 2)}`;
    return { deviceCode: code.text, userCode: shown, expiresInSeconds, intervalSeconds };
  }

  async poll(deviceCode: string, { address, requestId }: { address: string; requestId: string }): Promise<DeviceAnswer> {
    const { devices, tokenLifetimeMs: lifetimeMs, now } = this.#options;
    const deviceHash = deviceCodes.hashOf(deviceCode);
    // Looked up first: who makes up codes must not keep the writer busy.
    if (deviceHash === undefined || !(await devices.isDevice(deviceHash))) return { kind: 'expired' };
    const { text, hash: secretHash } = accessTokens.create();
    const answer = await devices.pollDevice({ deviceHash, secretHash, lifetimeMs, address, requestId, at: now() });
    if (answer.outcome !== 'token') return { kind: answer.outcome };
    return { kind: 'token', token: text, userName: answer.userName, expiresInSeconds: Math.floor(lifetimeMs / 1000) };
  }

  async find(userCode: string, { user }: OpenSession): Promise<CodeOutcome | { kind: 'found'; device: DeviceRequest }> {
    const { devices, guard, now } = this.#options;
    const code = userCode.toUpperCase().replaceAll(/[^A-Z]/g, '');
    return guard.attempt(`device codes of ${user.id}`, false, async () => {
      const device = code.length === codeLength ? await devices.findDevice(this.#hash(code), now()) : undefined;
      return device && { kind: 'found' as const, device };
    });
  }

  async decide(device: DeviceRequest, allow: boolean, { user, principal }: OpenSession, from: BrowserOrigin): Promise<boolean> {
    const { devices, now } = this.#options;
    const by = agentOf(principal, { reason: 'whoever is signed in decides on their own devices', roles: [] }, from);
    return devices.decideDevice({ id: device.id, userId: user.id, userVersion: user.version, allow, by, at: now() });
  }

  #hash(userCode: string): Uint8Array {
    return new Uint8Array(createHmac('sha256', this.#options.codeKey).update(userCode).digest());
  }
}
