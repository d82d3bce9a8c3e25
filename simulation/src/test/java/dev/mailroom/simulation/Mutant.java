package dev.mailroom.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * The simulation and the relay with one source file changed, in a class loader of their own. The
 * text to change must stand in that file exactly once, or the mutant no longer fits the code.
 */
final class Mutant extends ClassLoader {

  private static final String RELAY = "dev.mailroom.relay.";
  private static final String SIMULATION = "dev.mailroom.simulation.";

  private final Map<String, byte[]> changed;

  private Mutant(Map<String, byte[]> changed) {
    super(Mutant.class.getClassLoader());
    this.changed = changed;
  }

  /** Changes a class of the relay or of the simulation. */
  static Mutant of(String simpleName, String text, String replacement) throws IOException {
    for (String[] each :
        new String[][] {
          {"../outbox-core/src/main/java/dev/mailroom/relay/", RELAY},
          {"src/main/java/dev/mailroom/simulation/", SIMULATION}
        }) {
      Path file = Path.of(each[0] + simpleName + ".java");
      if (Files.exists(file)) {
        String source = Files.readString(file);
        int first = source.indexOf(text);
        if (first < 0 || source.indexOf(text, first + 1) >= 0) {
          throw new IllegalArgumentException("must stand exactly once in " + file + ": " + text);
        }
        return new Mutant(compile(each[1] + simpleName, source.replace(text, replacement)));
      }
    }
    throw new IllegalArgumentException("no source of " + simpleName);
  }

  private static Map<String, byte[]> compile(String name, String source) {
    Map<String, ByteArrayOutputStream> classes = new HashMap<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    JavaFileManager files =
        new ForwardingJavaFileManager<>(compiler.getStandardFileManager(null, null, null)) {
          @Override
          public JavaFileObject getJavaFileForOutput(
              Location location, String type, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + type), kind) {
              @Override
              public OutputStream openOutputStream() {
                return classes.computeIfAbsent(type, key -> new ByteArrayOutputStream());
              }
            };
          }
        };
    JavaFileObject unit =
        new SimpleJavaFileObject(
            URI.create("memory:///" + name.replace('.', '/') + ".java"),
            JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    List<String> options =
        List.of("-proc:none", "-nowarn", "-cp", System.getProperty("java.class.path"));
    if (!compiler.getTask(null, files, null, options, null, List.of(unit)).call()) {
      throw new IllegalArgumentException("the mutant of " + name + " does not compile");
    }
    Map<String, byte[]> bytes = new HashMap<>();
    classes.forEach((type, code) -> bytes.put(type, code.toByteArray()));
    return bytes;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(RELAY) && !name.startsWith(SIMULATION)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null) {
        byte[] code = changed.containsKey(name) ? changed.get(name) : original(name);
        loaded = defineClass(name, code, 0, code.length);
      }
      return loaded;
    }
  }

  private byte[] original(String name) throws ClassNotFoundException {
    try (InputStream code = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (code == null) {
        throw new ClassNotFoundException(name);
      }
      return code.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The verdicts of those histories in which a promise was broken. */
  List<?> broken(long seed, int histories) throws ReflectiveOperationException {
    Method run =
        loadClass(SIMULATION + "Simulation").getDeclaredMethod("run", long.class, int.class);
    run.setAccessible(true);
    Object report = run.invoke(null, seed, histories);
    Method broken = report.getClass().getDeclaredMethod("broken");
    broken.setAccessible(true);
    return (List<?>) broken.invoke(report);
  }
}
