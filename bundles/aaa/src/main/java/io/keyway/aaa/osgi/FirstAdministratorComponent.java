package io.keyway.aaa.osgi;

import io.keyway.aaa.FirstAdministrator;
import java.io.IOException;
import java.nio.file.Path;
import org.opendaylight.aaa.api.IDMStoreException;
import org.opendaylight.aaa.api.IIDMStore;
import org.opendaylight.aaa.api.password.service.PasswordHash;
import org.opendaylight.aaa.api.password.service.PasswordHashService;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers OpenDaylight's own password service once more, under a property that says that the store
 * has its administrator.
 *
 * <p>The feature configures AAA's authenticator ({@code OSGIIdmLightProxy}) to take only a password
 * service with this property. The authenticator, the default users and every servlet behind them
 * thus wait for the constructor below. The lowest ranking keeps all others on the original.
 */
@Component(
    service = PasswordHashService.class,
    immediate = true,
    property = {"keyway.administrator=ready", "service.ranking:Integer=-1000"})
public final class FirstAdministratorComponent implements PasswordHashService {
  private static final Logger LOG = LoggerFactory.getLogger(FirstAdministratorComponent.class);

  private final PasswordHashService original;

  @Activate
  public FirstAdministratorComponent(
      BundleContext context,
      @Reference IIDMStore store,
      @Reference(target = "(type=default)") PasswordHashService original)
      throws IOException, IDMStoreException {
    this.original = original;
    Path file = Path.of(context.getProperty("karaf.etc"), "keyway", "admin.password");
    try {
      new FirstAdministrator(store, original, file).ensure();
    } catch (IOException | IDMStoreException e) {
      LOG.error("RESTCONF lets nobody in: {}", e.getMessage());
      throw e;
    }
  }

  @Override
  public PasswordHash getPasswordHash(String password) {
    return original.getPasswordHash(password);
  }

  @Override
  public PasswordHash getPasswordHash(String password, String salt) {
    return original.getPasswordHash(password, salt);
  }

  @Override
  public boolean passwordsMatch(String plaintext, String stored, String salt) {
    return original.passwordsMatch(plaintext, stored, salt);
  }
}
