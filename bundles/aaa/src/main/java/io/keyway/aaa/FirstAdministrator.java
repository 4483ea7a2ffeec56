package io.keyway.aaa;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.opendaylight.aaa.api.IDMStoreException;
import org.opendaylight.aaa.api.IDMStoreUtil;
import org.opendaylight.aaa.api.IIDMStore;
import org.opendaylight.aaa.api.model.Domain;
import org.opendaylight.aaa.api.model.Grant;
import org.opendaylight.aaa.api.model.Role;
import org.opendaylight.aaa.api.model.User;
import org.opendaylight.aaa.api.password.service.PasswordHashService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that the identity store has an administrator and that nobody in it has a password that
 * the world knows.
 *
 * <p>AAA leaves a store alone in which its domain exists, so writing the domain is what keeps the
 * default user out.
 */
public final class FirstAdministrator {
  private static final Logger LOG = LoggerFactory.getLogger(FirstAdministrator.class);
  private static final String DOMAIN = IIDMStore.DEFAULT_DOMAIN;
  private static final String ADMIN = "admin";
  private static final String USER = "user";

  /** The users that releases of OpenDaylight made on their own, each with its name as password. */
  private static final List<String> DEFAULT_USERS = List.of(ADMIN, USER);

  private final IIDMStore store;
  private final PasswordHashService hashes;
  private final Path passwordFile;

  /**
   * @param passwordFile holds the administrator's password, alone, in UTF-8; white space at its end
   *     does not count
   */
  public FirstAdministrator(IIDMStore store, PasswordHashService hashes, Path passwordFile) {
    this.store = store;
    this.hashes = hashes;
    this.passwordFile = passwordFile;
  }

  /** Idempotent: it can be cut short at any point and is finished by the next call. */
  public void ensure() throws IDMStoreException, IOException {
    // Roles and grants first and the user last: a user who is there is there with everything.
    if (store.readDomain(DOMAIN) == null) {
      store.writeDomain(domain());
    }
    role(ADMIN, "may do everything");
    role(USER, "may use RESTCONF");
    if (store.getUsers().getUsers().isEmpty()) {
      grant(ADMIN);
      grant(USER);
      store.writeUser(administrator(password()));
      LOG.info("The administrator \"{}\" was put into the identity store", ADMIN);
    }
    for (String name : DEFAULT_USERS) {
      replaceDefaultPassword(name);
    }
  }

  private void replaceDefaultPassword(String name) throws IDMStoreException, IOException {
    User user = store.readUser(IDMStoreUtil.createUserid(name, DOMAIN));
    if (user == null || !hashes.passwordsMatch(name, user.getPassword(), user.getSalt())) {
      return;
    }
    User change = new User();
    change.setUserid(user.getUserid());
    if (name.equals(ADMIN)) {
      change.setPassword(password());
    } else {
      change.setEnabled(false);
    }
    store.updateUser(change);
    LOG.warn(
        "The user \"{}\" had its name as password; {}",
        name,
        name.equals(ADMIN) ? "it now has the one in " + passwordFile : "it is disabled now");
  }

  private void role(String name, String description) throws IDMStoreException {
    if (store.readRole(IDMStoreUtil.createRoleid(name, DOMAIN)) == null) {
      Role role = new Role();
      role.setName(name);
      role.setDomainid(DOMAIN);
      role.setDescription(description);
      store.writeRole(role);
    }
  }

  private void grant(String role) throws IDMStoreException {
    String user = IDMStoreUtil.createUserid(ADMIN, DOMAIN);
    String roleId = IDMStoreUtil.createRoleid(role, DOMAIN);
    if (store.readGrant(DOMAIN, user, roleId) == null) {
      Grant grant = new Grant();
      grant.setDomainid(DOMAIN);
      grant.setUserid(user);
      grant.setRoleid(roleId);
      store.writeGrant(grant);
    }
  }

  private static Domain domain() {
    Domain domain = new Domain();
    domain.setName(DOMAIN);
    domain.setEnabled(true);
    domain.setDescription("users of this controller");
    return domain;
  }

  private static User administrator(String password) {
    User user = new User();
    user.setName(ADMIN);
    user.setDomainid(DOMAIN);
    user.setEnabled(true);
    user.setDescription("the first administrator");
    user.setEmail("");
    user.setPassword(password);
    return user;
  }

  /** A String, because the store's interface takes nothing else. */
  private String password() throws IOException {
    String password;
    try {
      password = Files.readString(passwordFile, StandardCharsets.UTF_8).stripTrailing();
    } catch (NoSuchFileException e) {
      throw new IOException(
          "the identity store has no administrator and "
              + passwordFile
              + " is missing: write a password of at least 12 characters there (mode 0600)",
          e);
    }
    if (password.length() < 12) {
      throw new IOException(
          passwordFile + " must hold a password of at least 12 characters; correct it");
    }
    return password;
  }
}
