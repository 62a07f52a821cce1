import type { Agent } from './agent.ts';
import type { Millis } from './content-store.ts';

/** A device that asks for a token of somebody (RFC 8628), as that person sees it. */
export interface DeviceRequest {
  readonly id: number;
  /** As the device calls itself. */
  readonly name: string;
  readonly address: string;
  readonly createdAt: Millis;
  readonly expiresAt: Millis;
}

/** What a device hears that asks for its token. */
export type DevicePoll =
  | { readonly outcome: 'pending' | 'slow-down' | 'denied' | 'expired' }
  | { readonly outcome: 'token'; readonly id: number; readonly userName: string; readonly expiresAt: Millis };

/** Devices that wait for somebody to let them in. */
export interface DeviceStore {
  /**
   * `network`: whoever the asking address belongs to, of which at most `most` may wait, of all at most `mostInAll`. False when more would,
   * or a code is in use.
   */
  startDevice(input: {
    deviceHash: Uint8Array;
    userCodeHash: Uint8Array;
    name: string;
    address: string;
    network: string;
    most: number;
    mostInAll: number;
    at: Millis;
    expiresAt: Millis;
  }): Promise<boolean>;
  /** One that waits, by its user code. */
  findDevice(userCodeHash: Uint8Array, at: Millis): Promise<DeviceRequest | undefined>;
  /** Whether there is one with this device code, over or not. */
  isDevice(deviceHash: Uint8Array): Promise<boolean>;
  /** False when none waits with that id any more. */
  decideDevice(input: { id: number; userId: number; userVersion: number; allow: boolean; by: Agent; at: Millis }): Promise<boolean>;
  /**
   * Answers a device that asks again; too early, it must wait 5 seconds longer from now on. What was allowed becomes a personal access
   * token with `secretHash`, good for `lifetimeMs`, and is answered this once.
   */
  pollDevice(input: {
    deviceHash: Uint8Array;
    secretHash: Uint8Array;
    lifetimeMs: number;
    address: string;
    requestId: string;
    at: Millis;
  }): Promise<DevicePoll>;
}
