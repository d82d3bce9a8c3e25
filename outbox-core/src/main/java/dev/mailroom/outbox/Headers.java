package dev.mailroom.outbox;

import java.math.BigDecimal;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Named values that travel beside a payload, in the order in which they were set. They become
 * message attributes, so that SNS filter policies can select by them. Immutable; names are
 * case-sensitive.
 *
 * <p>The JSON form, which is also the contract of the outbox table's {@code headers} column, is one
 * object: a string is a string, a number is a number, a list of strings is an array, and bytes are
 * {@code {"base64": "…"}}.
 */
public final class Headers {

  private static final Headers NONE = new Headers(Map.of());

  /** What a header can hold. */
  public sealed interface Value {

    /** A text of at least one character. */
    record Text(String value) implements Value {
      @Override
      public String toString() {
        return value;
      }
    }

    /** A number of at most 38 digits, with at most 38 of them on either side of the point. */
    record Numeric(BigDecimal value) implements Value {

      /** It travels without an exponent, so 1E+3 is the same as 1000 and has four digits. */
      public Numeric {
        if (value.scale() < 0 && value.scale() >= -HeaderRules.MAX_DIGITS) {
          value = value.setScale(0);
        }
      }

      @Override
      public String toString() {
        return value.toPlainString();
      }
    }

    /** A list of texts: {@code String.Array} to SNS, which can filter by each of them. */
    record Texts(List<String> values) implements Value {
      public Texts {
        values = List.copyOf(values);
      }

      /** The JSON array, which is how it travels. */
      @Override
      public String toString() {
        return HeadersJson.array(values);
      }
    }

    /** Bytes, held as Base64 so that the value is immutable and has an equality. */
    record Binary(String base64) implements Value {
      /** A copy of {@code bytes}. */
      public static Binary of(byte[] bytes) {
        return new Binary(Base64.getEncoder().encodeToString(bytes));
      }

      /** A copy of the bytes. */
      public byte[] bytes() {
        return Base64.getDecoder().decode(base64);
      }

      @Override
      public String toString() {
        return base64;
      }
    }
  }

  private final Map<String, Value> values;

  private Headers(Map<String, Value> values) {
    this.values = values;
  }

  /** No headers. */
  public static Headers none() {
    return NONE;
  }

  /** A copy of {@code values} in its iteration order. */
  public static Headers of(Map<String, ? extends Value> values) {
    return values.isEmpty()
        ? NONE
        : new Headers(Collections.unmodifiableMap(new LinkedHashMap<>(values)));
  }

  /**
   * Reads the JSON form.
   *
   * @throws MailroomException.InvalidMessage if it is not one object of such values
   */
  public static Headers parse(String json) {
    return of(HeadersJson.read(json));
  }

  /** The JSON form, which {@link #parse} reads. */
  public String toJson() {
    return HeadersJson.write(values);
  }

  /** The values by name, in order; unmodifiable. */
  public Map<String, Value> asMap() {
    return values;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return values.isEmpty();
  }

  /** The value as text: a text itself, a number's digits, a list's JSON, bytes as Base64. */
  public Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name)).map(Value::toString);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Headers headers && values.equals(headers.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
