import { CodeBlock } from '../../widgets/code-block.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';

/** How to fill what is empty. */
export function PushCommands({ title, repository }: { title: string; repository: string }) {
  const image = `${window.location.host}/${repository}:1.0`;
  return (
    <EmptyState title={title}>
      <CodeBlock text={`docker tag my-image ${image}\ndocker push ${image}`} label={title} />
    </EmptyState>
  );
}
