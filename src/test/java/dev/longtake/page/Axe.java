package dev.longtake.page;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Looks for what keeps people from using a page, by axe-core: WCAG 2.2 up to AA, and what its makers hold best. */
final class Axe {

    private static final String SCRIPT = read("/axe.min.js");
    private static final String RUN = """
            async () => {
              const found = await axe.run(document, {runOnly: [
                'wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']});
              if (found.passes.length === 0) throw new Error('axe-core looked at nothing');
              return found.violations.flatMap(({id, nodes}) => nodes.map(
                ({target, failureSummary}) => `${id}: ${target.join(' ')}: ${failureSummary}`));
            }""";

    private Axe() { }

    /** What is wrong with the page as it stands now, a sentence each; empty is what a test wants. */
    static List<String> violations(Page page) {
        // Both run past the page's content policy, as a browser's own tools do.
        page.evaluate(SCRIPT + "; undefined");
        @SuppressWarnings("unchecked")
        List<String> violations = (List<String>) page.evaluate(RUN);
        return violations;
    }

    private static String read(String resource) {
        try (InputStream in = Axe.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
