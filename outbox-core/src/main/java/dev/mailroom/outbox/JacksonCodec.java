package dev.mailroom.outbox;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * JSON by Jackson; needs {@code jackson-databind} on the class path. Thread-safe.
 *
 * <p>A payload with anything behind the object is refused, and so is {@code null}. All else is as
 * the {@link ObjectMapper} says.
 */
public final class JacksonCodec implements Codec {

  private final ObjectMapper mapper;

  private JacksonCodec(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  /**
   * With a mapper that ignores unknown properties, so that a sender can add some before its
   * receivers know them. It has no modules: give your own mapper for {@code java.time}.
   */
  public static JacksonCodec create() {
    return of(
        new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false));
  }

  /** With your mapper. Never enable its default typing: payloads come from outside. */
  public static JacksonCodec of(ObjectMapper mapper) {
    return new JacksonCodec(requireNonNull(mapper, "mapper"));
  }

  @Override
  public String encode(Object value) {
    try {
      return mapper.writeValueAsString(requireNonNull(value, "value"));
    } catch (JacksonException e) {
      throw new Mismatch("no JSON for " + value.getClass().getName() + ": " + reason(e));
    }
  }

  @Override
  public <T> T decode(String payload, Class<T> type) {
    try {
      ObjectReader reader =
          mapper.readerFor(type).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
      T value = reader.readValue(payload);
      if (value == null) {
        throw new Mismatch("it is null");
      }
      return value;
    } catch (JacksonException e) {
      throw new Mismatch(reason(e));
    }
  }

  /** Not Jackson's message, which quotes the payload. */
  private static String reason(JacksonException e) {
    String path =
        e instanceof JsonMappingException mapping
            ? mapping.getPath().stream().map(JacksonCodec::step).collect(Collectors.joining("."))
            : "";
    JsonLocation place = e.getLocation();
    return e.getClass().getSimpleName()
        + (path.isEmpty() ? "" : " at " + path)
        + (place == null ? "" : ", line " + place.getLineNr() + ", column " + place.getColumnNr());
  }

  /** The keys of a map are content; the names of properties are not. */
  private static String step(JsonMappingException.Reference step) {
    if (step.getFieldName() == null) {
      return "[" + step.getIndex() + "]";
    }
    return step.getFrom() instanceof Map ? "*" : step.getFieldName();
  }
}
