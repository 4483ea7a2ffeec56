package io.keyway.aaa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opendaylight.aaa.api.IDMStoreException;
import org.opendaylight.aaa.api.IIDMStore;
import org.opendaylight.aaa.api.StoreBuilder;
import org.opendaylight.aaa.api.model.Grant;
import org.opendaylight.aaa.api.model.User;
import org.opendaylight.aaa.api.password.service.PasswordHashService;
import org.opendaylight.aaa.datastore.h2.H2Store;
import org.opendaylight.aaa.impl.password.service.DefaultPasswordHashService;

/**
 * Runs on OpenDaylight's own store and password service, so that it notices when they change their
 * ways.
 */
class FirstAdministratorTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final String PASSWORD = "correct-horse-battery";

  private final PasswordHashService hashes = new DefaultPasswordHashService();
  private Connection keepsTheDatabase;
  private IIDMStore store;
  private Path file;

  @BeforeEach
  void open(@TempDir Path dir) throws Exception {
    String url = "jdbc:h2:mem:first-administrator-" + NUMBER.incrementAndGet();
    keepsTheDatabase = DriverManager.getConnection(url, "foo", "bar");
    store = new H2Store(() -> connect(url), hashes);
    file = dir.resolve("admin.password");
    Files.writeString(file, PASSWORD + "\n");
  }

  @AfterEach
  void close() throws SQLException {
    keepsTheDatabase.close();
  }

  @Test
  void anEmptyStoreGetsTheMadeAdministrator() throws Exception {
    ensure();
    assertThat(opens("admin", PASSWORD)).isTrue();
    assertThat(opens("admin", "admin")).isFalse();
    assertThat(store.getGrants("admin@sdn").getGrants())
        .extracting(Grant::getRoleid)
        .containsExactlyInAnyOrder("admin@sdn", "user@sdn");
  }

  @Test
  void whatOpenDaylightDoesAfterwardsAddsNobody() throws Exception {
    ensure();
    new StoreBuilder(store).initWithDefaultUsers(IIDMStore.DEFAULT_DOMAIN);
    assertThat(store.getUsers().getUsers()).extracting(User::getName).containsExactly("admin");
    assertThat(opens("admin", "admin")).isFalse();
  }

  @Test
  void aStoreThatOpenDaylightFilledLosesItsDefaultPassword() throws Exception {
    StoreBuilder builder = new StoreBuilder(store);
    builder.initWithDefaultUsers(IIDMStore.DEFAULT_DOMAIN);
    builder.createUser(IIDMStore.DEFAULT_DOMAIN, "user", "user", false);
    assertThat(opens("admin", "admin")).isTrue();

    ensure();

    assertThat(opens("admin", "admin")).isFalse();
    assertThat(opens("admin", PASSWORD)).isTrue();
    assertThat(store.readUser("user@sdn").isEnabled()).isFalse();
  }

  @Test
  void aPasswordThatTheAdministratorChoseStays() throws Exception {
    ensure();
    User change = new User();
    change.setUserid("admin@sdn");
    change.setPassword("a better one than that");
    store.updateUser(change);
    ensure();
    assertThat(opens("admin", "a better one than that")).isTrue();
    assertThat(opens("admin", PASSWORD)).isFalse();
  }

  @Test
  void anAdministratorWhoWasReplacedDoesNotComeBack() throws Exception {
    ensure();
    new StoreBuilder(store).createUser("sdn", "anna", "another good password", true);
    new StoreBuilder(store).deleteUser("sdn", "admin");
    ensure();
    assertThat(store.getUsers().getUsers()).extracting(User::getName).containsExactly("anna");
  }

  @Test
  void aStartThatWasCutShortAtAnyWriteIsFinishedByTheNext() throws Exception {
    int writes = 0;
    for (boolean finished = false; !finished; writes++) {
      open(file.getParent());
      finished = cutShortAfter(writes);
      ensure();
      assertThat(opens("admin", PASSWORD)).as("after %d writes", writes).isTrue();
      assertThat(store.getGrants("admin@sdn").getGrants()).hasSize(2);
      assertThat(store.getRoles().getRoles()).hasSize(2);
      close();
    }
    assertThat(writes).isGreaterThan(5);
    open(file.getParent());
  }

  @Test
  void withoutPasswordFileNobodyGetsInAndTheReasonIsSaid() throws Exception {
    Files.delete(file);
    assertThatThrownBy(this::ensure)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("admin.password is missing")
        .hasMessageContaining("write a password");
    assertThat(store.getUsers().getUsers()).isEmpty();
  }

  @Test
  void aShortPasswordIsRefused() throws Exception {
    Files.writeString(file, "admin");
    assertThatThrownBy(this::ensure)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("at least 12 characters");
    assertThat(store.getUsers().getUsers()).isEmpty();
  }

  private void ensure() throws IOException, IDMStoreException {
    new FirstAdministrator(store, hashes, file).ensure();
  }

  private boolean opens(String name, String password) throws IDMStoreException {
    User user = store.readUser(name + "@sdn");
    return hashes.passwordsMatch(password, user.getPassword(), user.getSalt());
  }

  /** True when fewer writes than allowed were needed. */
  private boolean cutShortAfter(int writes) throws IOException, IDMStoreException {
    AtomicInteger left = new AtomicInteger(writes);
    IIDMStore real = store;
    IIDMStore dying =
        (IIDMStore)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {IIDMStore.class},
                (proxy, method, args) -> {
                  if (method.getName().startsWith("write") && left.getAndDecrement() == 0) {
                    throw new IDMStoreException("the power went");
                  }
                  try {
                    return method.invoke(real, args);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    try {
      new FirstAdministrator(dying, hashes, file).ensure();
      return true;
    } catch (IDMStoreException e) {
      assertThat(e).hasMessage("the power went");
      return false;
    }
  }

  private static Connection connect(String url) {
    try {
      return DriverManager.getConnection(url, "foo", "bar");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
