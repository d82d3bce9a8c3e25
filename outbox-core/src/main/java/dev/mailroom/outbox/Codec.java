package dev.mailroom.outbox;

/**
 * Turns objects into the text of a payload, and back. Implementations are thread-safe. {@link
 * JacksonCodec} is one; any other format is a class with two methods.
 */
public interface Codec {

  /**
   * The payload for {@code value}: at least one character, and none that SQS refuses.
   *
   * @throws Mismatch if the value has no such form
   */
  String encode(Object value);

  /**
   * The object in {@code payload}.
   *
   * @throws Mismatch if the payload does not hold a {@code type}
   */
  <T> T decode(String payload, Class<T> type);

  /**
   * A payload and a type that do not fit. The reason goes to logs and dead letters, so it must not
   * quote values of the payload; other exceptions of a codec are told by their class alone.
   */
  final class Mismatch extends MailroomException {

    private static final long serialVersionUID = 1L;

    /**
     * A mismatch.
     *
     * @param reason as in {@code "no number at total, line 1, column 12"}
     */
    public Mismatch(String reason) {
      super(reason);
    }
  }
}
