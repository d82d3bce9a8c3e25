package dev.mailroom.tests.town;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * What has to be closed in the end, the last first: servers, processes, directories. One that
 * cannot be closed does not keep the others open. Not thread-safe.
 */
public final class Belongings implements AutoCloseable {

  private final Deque<AutoCloseable> stack = new ArrayDeque<>();

  /** Closes {@code thing} in the end, before all that it may need. */
  public <T extends AutoCloseable> T own(T thing) {
    stack.push(thing);
    return thing;
  }

  /** Makes a directory that goes with all that is in it. */
  public Path directory(String name) throws IOException {
    Path directory = Files.createTempDirectory(name);
    stack.push(() -> delete(directory));
    return directory;
  }

  private static void delete(Path directory) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(directory)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : all) {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public void close() {
    IllegalStateException failure = new IllegalStateException("Not all could be closed");
    while (!stack.isEmpty()) {
      try {
        stack.pop().close();
      } catch (Exception e) {
        failure.addSuppressed(e);
      }
    }
    if (failure.getSuppressed().length > 0) {
      throw failure;
    }
  }
}
