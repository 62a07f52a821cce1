import { Input, type InputRef } from 'antd';
import { type CSSProperties, type Ref, useEffect, useState } from 'react';

/** A field whose text is looked for by Enter or its button. It says what the page looks for now (`value`), and keeps the focus when that changes. */
export function SearchField({
  ref,
  label,
  hint = label,
  value,
  onSearch,
  style,
}: {
  ref?: Ref<InputRef>;
  label: string;
  /** What it says while it is empty. */
  hint?: string;
  value: string;
  /** Gets the text without the space around it; empty: all is wanted again. */
  onSearch: (text: string) => void;
  style?: CSSProperties;
}) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  return (
    <Input.Search
      {...(ref !== undefined && { ref })}
      allowClear
      value={typed}
      onChange={({ target }) => setTyped(target.value)}
      aria-label={label}
      placeholder={hint}
      onSearch={(text) => onSearch(text.trim())}
      {...(style !== undefined && { style })}
    />
  );
}
