/** Hands bytes to the person as a file of their own choosing (the shell or browser asks where). */
export function saveBlob(fileName: string, blob: Blob) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The download holds its own reference once the click was handled.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}

/** The same for a text. */
export function saveText(fileName: string, text: string) {
  saveBlob(fileName, new Blob([text], { type: 'text/plain;charset=utf-8' }));
}
