/** Hands a text to the person as a file of their own choosing (the shell or browser asks where). */
export function saveText(fileName: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The download holds its own reference once the click was handled.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
