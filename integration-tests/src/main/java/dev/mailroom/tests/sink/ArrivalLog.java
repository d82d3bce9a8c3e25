package dev.mailroom.tests.sink;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The file in which the sink of a relay's process writes down what it accepts, in order, and which
 * the proof reads meanwhile. One writer; the reading end is thread-safe.
 */
public final class ArrivalLog {

  /** The writing end. Thread-safe. */
  public static final class Pen implements AutoCloseable {

    private final BufferedWriter file;

    public Pen(Path path) throws IOException {
      file = Files.newBufferedWriter(path);
    }

    /** All were accepted now. */
    public synchronized void write(String destination, List<String> payloads) {
      long micros = micros();
      try {
        for (String payload : payloads) {
          file.write(micros + " " + destination + " " + payload + "\n");
        }
        file.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private final Path path;
  private final List<Arrival> arrivals = new ArrayList<>();
  private final Map<String, String> lanes = new HashMap<>();
  private long readUpTo;

  public ArrivalLog(Path path) {
    this.path = path;
  }

  /** Now, in the same measure as {@link Arrival#micros}. */
  public static long micros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  /** What has arrived so far. */
  public synchronized List<Arrival> arrivals() throws IOException {
    readOn();
    return List.copyOf(arrivals);
  }

  /** How many such have arrived so far. */
  public synchronized long count(Predicate<Arrival> kind) throws IOException {
    readOn();
    return arrivals.stream().filter(kind).count();
  }

  /** How many have arrived so far. */
  public synchronized long count() {
    try {
      readOn();
      return arrivals.size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void readOn() throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      byte[] fresh = new byte[(int) (file.length() - readUpTo)];
      file.seek(readUpTo);
      file.readFully(fresh);
      String text = new String(fresh, StandardCharsets.UTF_8);
      int end = text.lastIndexOf('\n') + 1;
      text.substring(0, end).lines().map(this::parse).forEach(arrivals::add);
      readUpTo += text.substring(0, end).getBytes(StandardCharsets.UTF_8).length;
    }
  }

  private Arrival parse(String line) {
    int destination = line.indexOf(' ') + 1;
    int key = line.indexOf(' ', destination) + 1;
    int n = line.lastIndexOf(':') + 1;
    String lane = Letter.lane(line.substring(destination, key - 1), line.substring(key, n - 1));
    String known = lanes.computeIfAbsent(lane, each -> each);
    return new Arrival(
        known,
        Integer.parseInt(line.substring(n)),
        Long.parseLong(line.substring(0, destination - 1)));
  }
}
