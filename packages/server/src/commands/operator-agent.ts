import { userInfo } from 'node:os';
import { type Agent, commandLineAgent } from '../registry/ports/agent.ts';

/** Whoever runs this command, by the name that the operating system knows; by number where it knows none (containers). */
export function operatorAgent(): Agent {
  try {
    return commandLineAgent(userInfo().username);
  } catch {
    return commandLineAgent(String(process.getuid?.() ?? 'unknown'));
  }
}
