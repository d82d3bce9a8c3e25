package dev.mailroom.outbox;

import dev.mailroom.outbox.Headers.Value;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Headers of all kinds, decided by a seed; every one of them is valid. */
final class RandomHeaders {

  /** The first and last characters that one, two, three and four bytes of UTF-8 can say. */
  private static final int[] EDGES = {
    0x9, 0xA, 0xD, 0x20, '"', '\\', '/', 0x7E, 0x7F, 0x80, 0x7FF, 0x800, 0x2028, 0xD7FF, 0xE000,
    0xFFFD, 0x10000, 0x1F4EC, 0x10FFFF
  };

  private final Random random;

  RandomHeaders(long seed) {
    random = new Random(seed);
  }

  Headers next(int count) {
    Map<String, Value> values = new LinkedHashMap<>();
    while (values.size() < count) {
      values.put("h" + random.nextInt(1_000_000) + (random.nextBoolean() ? ".x" : "_"), value());
    }
    return Headers.of(values);
  }

  private Value value() {
    return switch (random.nextInt(4)) {
      case 0 -> new Value.Text(text());
      case 1 -> number();
      case 2 -> texts();
      default -> bytes();
    };
  }

  String text() {
    int[] characters =
        IntStream.range(0, 1 + random.nextInt(20))
            .map(i -> EDGES[random.nextInt(EDGES.length)])
            .toArray();
    return new String(characters, 0, characters.length);
  }

  private Value number() {
    BigInteger digits = new BigInteger(random.nextInt(120), random);
    return new Value.Numeric(
        new BigDecimal(random.nextBoolean() ? digits : digits.negate(), random.nextInt(39)));
  }

  private Value texts() {
    List<String> texts = Stream.generate(this::text).limit(1 + random.nextInt(4)).toList();
    return new Value.Texts(texts);
  }

  private Value bytes() {
    byte[] bytes = new byte[1 + random.nextInt(20)];
    random.nextBytes(bytes);
    return Value.Binary.of(bytes);
  }
}
