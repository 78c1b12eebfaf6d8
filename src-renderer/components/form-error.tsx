import { IconAlertTriangle } from '@tabler/icons-react';
import { isAllAtFields } from './field-errors';
import classes from './form-error.module.css';
import { useErrorWords } from './states';

interface FormErrorProps {
  readonly error: unknown;
  /** Fields of the form: what the server said about these is shown there and not again here. */
  readonly fields?: readonly string[];
}

/** Why a form or button could not do its work, beside it. Nothing while there is no error. */
export function FormError({ error, fields = [] }: FormErrorProps) {
  const wordsOf = useErrorWords();
  if (error === null || error === undefined || isAllAtFields(error, fields)) return null;
  const { title, detail, detailLang } = wordsOf(error);
  return (
    <div className={classes['error']} role="alert">
      <IconAlertTriangle size={16} aria-hidden="true" />
      <p>
        <strong>{title}</strong>
        {detail ? (
          <span className={classes['detail']} lang={detailLang}>
            {detail}
          </span>
        ) : null}
      </p>
    </div>
  );
}
