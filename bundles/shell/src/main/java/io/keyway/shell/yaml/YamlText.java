package io.keyway.shell.yaml;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.representer.Representer;

/** Turns text into nodes, within limits that a hostile file cannot leave. */
final class YamlText {

  /** Room for 100 000 tunnels. */
  static final int MOST_CHARACTERS = 64 * 1024 * 1024;

  private static final int MOST_ALIASES = 50;
  private static final int DEEPEST = 20;

  private YamlText() {}

  static Value parse(String text, List<Problem> problems) throws BadFile {
    LoaderOptions limits = new LoaderOptions();
    limits.setCodePointLimit(MOST_CHARACTERS);
    limits.setMaxAliasesForCollections(MOST_ALIASES);
    limits.setNestingDepthLimit(DEEPEST);
    limits.setAllowRecursiveKeys(false);
    DumperOptions unused = new DumperOptions();
    Yaml yaml = new Yaml(new SafeConstructor(limits), new Representer(unused), unused, limits);
    try {
      Node root = yaml.compose(new StringReader(text));
      if (root == null) {
        throw new BadFile(List.of(new Problem(0, 0, "", "the file is empty")));
      }
      return new Value(root, "", problems);
    } catch (MarkedYAMLException e) {
      // Never the exception's own message: it quotes the lines around, and a key may stand there.
      throw new BadFile(List.of(problem(e)));
    } catch (YAMLException e) {
      throw new BadFile(List.of(new Problem(0, 0, "", "not YAML: " + e.getMessage())));
    }
  }

  private static Problem problem(MarkedYAMLException e) {
    Mark mark = e.getProblemMark();
    List<String> words = new ArrayList<>(List.of("not YAML"));
    if (e.getContext() != null) {
      words.add(e.getContext());
    }
    words.add(e.getProblem());
    return mark == null
        ? new Problem(0, 0, "", String.join(": ", words))
        : new Problem(mark.getLine() + 1, mark.getColumn() + 1, "", String.join(": ", words));
  }
}
