import { ApiProblem } from '@longshore/api-client';
import type { FormInstance } from 'antd';
import type { RegistryWords } from '../i18n/messages.ts';

/** Puts what the registry finds wrong with a field at the field; what has none there is in the problem beside the form. */
export function markFaults<V extends object>(form: FormInstance<V>, error: Error, say: (english: string) => RegistryWords): void {
  if (!(error instanceof ApiProblem)) return;
  for (const { pointer, detail } of error.faults) {
    const name = pointer.split('/').slice(1);
    if (name.length > 0) form.setFields([{ name: name as never, errors: [say(detail).text] }]);
  }
}
