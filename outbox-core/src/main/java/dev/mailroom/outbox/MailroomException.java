package dev.mailroom.outbox;

import org.jspecify.annotations.Nullable;

/** The root of what Mailroom throws. Its message says what to do next. */
public class MailroomException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With a text that says what to do next. */
  public MailroomException(String message) {
    super(message);
  }

  /** With a text that says what to do next, and what led to it. */
  public MailroomException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * A message that no broker could take, or that is larger than this outbox accepts. The text names
   * the field, the value and the bound; a value is shortened and never a payload.
   */
  public static final class InvalidMessage extends MailroomException {

    private static final long serialVersionUID = 1L;
    private final String field;

    /** With the field at fault and what is wrong with it; the text is both, one after the other. */
    public InvalidMessage(String field, String problem) {
      super(field + " " + problem);
      this.field = field;
    }

    /** The field at fault, as in {@code "key"} or {@code "header 'tenant'"}. */
    public String field() {
      return field;
    }
  }
}
