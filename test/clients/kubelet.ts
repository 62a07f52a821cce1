import { once } from 'node:events';
import { connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import type { Containerd } from './containerd.ts';

/** What a credential provider of a kubelet answers with (CredentialProviderResponse, `kubelet.config.k8s.io/v1`). */
export interface KubeletCredentials {
  readonly username: string;
  readonly password: string;
}

/** How a pull ended: `code` is gRPC's, 0 when the image is there. */
export interface KubeletPull {
  readonly code: number;
  readonly message: string;
}

const pullPath = '/runtime.v1.ImageService/PullImage';

/**
 * Asks containerd for an image as a kubelet does: `PullImage` of the Container Runtime Interface (gRPC over the runtime's socket), with
 * the credentials that imagePullSecrets or a credential provider gave for it.
 */
export async function pullAsKubelet({ socket }: Containerd, image: string, credentials?: KubeletCredentials): Promise<KubeletPull> {
  const session = connect('http://localhost', { createConnection: () => connectSocket(socket) });
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': pullPath,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let headers: Record<string, unknown> = {};
    stream.on('response', (received) => {
      headers = { ...headers, ...received };
    });
    stream.on('trailers', (received) => {
      headers = { ...headers, ...received };
    });
    stream.end(grpcFrame(pullRequest(image, credentials)));
    stream.resume();
    await once(stream, 'close');
    if (headers['grpc-status'] === undefined) throw new Error(`containerd did not answer a PullImage: ${JSON.stringify(headers)}`);
    return { code: Number(headers['grpc-status']), message: decodeURIComponent(String(headers['grpc-message'] ?? '')) };
  } finally {
    session.close();
  }
}

/** `PullImageRequest` of the Container Runtime Interface, version 1: image spec as field 1, authentication as field 2. */
function pullRequest(image: string, credentials: KubeletCredentials | undefined): Buffer {
  const spec = field(1, Buffer.from(image));
  const auth = credentials && Buffer.concat([field(1, Buffer.from(credentials.username)), field(2, Buffer.from(credentials.password))]);
  return Buffer.concat([field(1, spec), ...(auth === undefined ? [] : [field(2, auth)])]);
}

/** A length-delimited field of a protocol buffer. */
function field(number: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(value.length), value]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** A message as gRPC sends it: not compressed, its length in four bytes before it. */
function grpcFrame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
