const form = /^(\d+\.?\d*|\.\d+)(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

const factors: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  ...Object.fromEntries(['k', 'M', 'G', 'T', 'P', 'E'].map((unit, index) => [unit, 1000 ** (index + 1)])),
  ...Object.fromEntries(['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((unit, index) => [unit, 1024 ** (index + 1)])),
};

/**
 * The amount of a Kubernetes quantity (`250m`, `1.5Gi`), undefined for what is none. Exponents (`1e3`) are refused: nobody means them in a
 * form, and `1E` is 10 to the 18th.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function readQuantity(text: string): number | undefined {
  const [, digits, unit = ''] = form.exec(text) ?? [];
  const factor = factors[unit];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
