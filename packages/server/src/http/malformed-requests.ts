import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, errorBody } from '@longshore/oci';
import { connectionOf } from './connection.ts';

// Not imported: see listener.ts.
const { STATUS_CODES } = process.getBuiltinModule('node:http');

interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
}

const malformed: Refusal = {
  status: 400,
  code: 'UNSUPPORTED',
  message: 'This is not a request by the rules of HTTP/1.1: see to the client or the proxy.',
};

/** By the code that Node gives the error; what is not here is malformed. */
const refusals: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'SIZE_INVALID',
    message: 'The headers of this request are too large: send fewer or shorter ones.',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    code: 'SIZE_INVALID',
    message: 'The chunk extensions of this body are too large: leave them out.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'UNAVAILABLE',
    message: 'The request came too slowly: check the network and send it again.',
  },
};

/** Answers what never becomes a request (Node's parser refuses it, or its headers do not end in time) and closes the connection. */
export function answerMalformedRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const { refusal, current } = connectionOf(socket);
    // Amid another answer, words of our own would be taken for a part of it.
    if (!socket.writable || refusal !== undefined || current?.response.headersSent === true) {
      socket.destroy();
      return;
    }
    const { status, code, message } = refusals[error.code ?? ''] ?? malformed;
    const body = JSON.stringify(errorBody([{ code, message }]));
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    // The kernel takes so little at once. Nothing of this connection may go on: the body of an upload may be what is wrong.
    socket.write(head + body);
    socket.destroy();
  });
}
