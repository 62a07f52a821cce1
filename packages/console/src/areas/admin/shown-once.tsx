import { Alert } from 'antd';
import { CodeBlock } from '../../widgets/code-block.tsx';

/** A secret that nobody will see again, until somebody closes it. */
export function ShownOnce({ title, secret, copy, onClose }: { title: string; secret: string; copy: string; onClose: () => void }) {
  return (
    <Alert
      type="success"
      showIcon
      role="status"
      title={title}
      description={<CodeBlock text={secret} label={copy} />}
      closable={{ onClose }}
      style={{ marginBottom: 16 }}
    />
  );
}
