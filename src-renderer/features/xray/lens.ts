/** What a page loads of the lens when it first has a text to look through; one chunk with its tables. */
export { countAlarms, createXray, hasHidden, type XrayReport } from './analyse';
export { sanitise } from './sanitise';
