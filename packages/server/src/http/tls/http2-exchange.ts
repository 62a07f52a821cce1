import { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/**
 * A request of an HTTP/2 stream that keeps what handlers rely on of one of HTTP/1.1. `complete`: all of it arrived; a
 * stream that was reset ends too, and must not pass for a whole body.
 */
export class StreamRequest extends Http2ServerRequest {}

// Properties for TypeScript, accessors in Node: a class cannot override them.
Object.defineProperty(StreamRequest.prototype, 'complete', {
  get(this: StreamRequest): boolean {
    return this.stream.endAfterHeaders || (this.readableEnded && !this.aborted);
  },
});

/** The answer on an HTTP/2 stream, likewise. `destroyed`: there is nobody to answer. */
export class StreamResponse extends Http2ServerResponse {
  /** As in HTTP/1.1, `done` always hears of the piece: with an error when the stream is gone. */
  override write(piece: string | Uint8Array, ...rest: readonly unknown[]): boolean {
    const done = rest.find((argument) => typeof argument === 'function');
    if (!this.stream.destroyed) return super.write(piece, done as (error: Error) => void);
    if (done !== undefined) process.nextTick(done, new Error('the stream is gone'));
    return false;
  }
}

Object.defineProperty(StreamResponse.prototype, 'destroyed', {
  get(this: StreamResponse): boolean {
    return this.stream.destroyed;
  },
});
