/** An entry of a native select whose words are a person's or an agent's: marked as `AgentText` marks them. */
export function ForeignOption({ value, children }: { readonly value: string; readonly children: string }) {
  return (
    <option value={value} data-foreign-text="" translate="no" dir="auto">
      {children}
    </option>
  );
}
