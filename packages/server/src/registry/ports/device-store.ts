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

/** A device that begins to wait. */
export interface DeviceStart {
  /** SHA-256, as every hash here. */
  readonly deviceHash: Uint8Array;
  readonly userCodeHash: Uint8Array;
  readonly name: string;
  readonly address: string;
  /** Whoever the address belongs to. */
  readonly network: string;
  /** How many of this network may wait, */
  readonly most: number;
  /** and of all networks. */
  readonly mostInAll: number;
  readonly at: Millis;
  readonly expiresAt: Millis;
}

/** What somebody decides about a device, as the user that they were when they were shown it. */
export interface DeviceDecision {
  readonly id: number;
  readonly userId: number;
  readonly userVersion: number;
  readonly allow: boolean;
  readonly by: Agent;
  readonly at: Millis;
}

/** A device that asks for its token, which is `secretHash` and good for `lifetimeMs` if it gets one now. */
export interface DeviceQuestion {
  readonly deviceHash: Uint8Array;
  readonly secretHash: Uint8Array;
  readonly lifetimeMs: Millis;
  readonly address: string;
  readonly requestId: string;
  readonly at: Millis;
}

/** Devices that wait for somebody to let them in. */
export interface DeviceStore {
  /** False when more would wait than may, or a code is in use. */
  startDevice(input: DeviceStart): Promise<boolean>;
  /** One that waits, by its user code. */
  findDevice(userCodeHash: Uint8Array, at: Millis): Promise<DeviceRequest | undefined>;
  /** Whether there is one with this device code, over or not. */
  isDevice(deviceHash: Uint8Array): Promise<boolean>;
  /** False when none waits with that id any more. */
  decideDevice(input: DeviceDecision): Promise<boolean>;
  /**
   * Answers a device that asks again; too early, it must wait 5 seconds longer from now on. What was allowed becomes a personal access
   * token, and is answered this once.
   */
  pollDevice(input: DeviceQuestion): Promise<DevicePoll>;
}
