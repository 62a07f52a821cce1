import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form } from 'antd';
import type { ReactNode } from 'react';

/** A list of lines, each of which may go, and a button for one more. `line` gets its number, for the paths of its fields. */
export function Lines({
  name,
  add,
  remove,
  newLine,
  line,
}: {
  name: string;
  add: string;
  /** What the button says that removes a line. */
  remove: (line: number) => string;
  newLine: object;
  line: (index: number) => ReactNode;
}) {
  return (
    <Form.List name={name}>
      {(fields, list) => (
        <>
          {fields.map((field) => (
            <div key={field.key} className="deploy-line">
              <div className="deploy-fields">{line(field.name)}</div>
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={remove(field.name)}
                title={remove(field.name)}
                onClick={() => list.remove(field.name)}
              />
            </div>
          ))}
          <Button type="dashed" icon={<PlusOutlined />} onClick={() => list.add(newLine)}>
            {add}
          </Button>
        </>
      )}
    </Form.List>
  );
}
