/**
 * True when `run` gets through about a megabyte of `piece`, repeated and ended by something that does not fit, within
 * two seconds of processor time, which other load does not lengthen: far more than one pass takes on a slow machine,
 * far less than a quadratic one takes on any.
 */
export function isLinear(run: (text: string) => void, piece: string): boolean {
  const text = `${piece.repeat(Math.ceil(1_000_000 / piece.length))}\u0001`;
  const before = process.cpuUsage();
  run(text);
  return process.cpuUsage(before).user < 2_000_000;
}
