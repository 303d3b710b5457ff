package dev.longtake.measure;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** Many films on one picture: the first, the middle and the last frame of each, its prompt under them. */
public final class ContactSheet {

    /** Films on a sheet. */
    public static final int FILMS = 24;

    private static final int COLUMNS = 4;
    private static final int GAP = 28;
    private static final int FRAME_GAP = 4;
    private static final int FONT_SIZE = 17;
    private static final int LINES = 3;
    private static final Color PAPER = new Color(0xf4f0ea);
    private static final Color INK = new Color(0x292540);

    private ContactSheet() { }

    /**
     * Writes a PNG file.
     *
     * @param films the first {@value #FILMS} are shown; at least one
     */
    public static void write(Path file, List<FilmResult> films) throws IOException {
        List<FilmResult> shown = films.subList(0, Math.min(FILMS, films.size()));
        List<List<BufferedImage>> frames = new ArrayList<>();
        for (FilmResult film : shown) {
            frames.add(frames(film.stills()));
        }
        int frameWidth = frames.get(0).get(0).getWidth();
        int frameHeight = frames.get(0).get(0).getHeight();
        int cellWidth = 3 * frameWidth + 2 * FRAME_GAP;
        int lineHeight = FONT_SIZE * 4 / 3;
        int cellHeight = frameHeight + LINES * lineHeight;
        int columns = Math.min(COLUMNS, shown.size());
        int rows = (shown.size() + columns - 1) / columns;
        BufferedImage sheet = new BufferedImage(columns * (cellWidth + GAP) + GAP, rows * (cellHeight + GAP) + GAP,
                BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = sheet.createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        pen.setColor(PAPER);
        pen.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        pen.setColor(INK);
        pen.setFont(new Font(Font.SERIF, Font.PLAIN, FONT_SIZE));
        for (int i = 0; i < shown.size(); i++) {
            int x = GAP + i % columns * (cellWidth + GAP);
            int y = GAP + i / columns * (cellHeight + GAP);
            for (int f = 0; f < frames.get(i).size(); f++) {
                pen.drawImage(frames.get(i).get(f), x + f * (frameWidth + FRAME_GAP), y, frameWidth, frameHeight, null);
            }
            int baseline = y + frameHeight + lineHeight;
            for (String line : lines(shown.get(i).trial().scenes().get(0).prompt(), cellWidth, pen.getFontMetrics())) {
                pen.drawString(line, x, baseline);
                baseline += lineHeight;
            }
        }
        pen.dispose();
        if (!ImageIO.write(sheet, "png", file.toFile())) {
            throw new IOException("This Java can't write PNG files");
        }
    }

    private static List<BufferedImage> frames(List<Still> stills) throws IOException {
        List<BufferedImage> frames = new ArrayList<>();
        for (Still still : List.of(stills.get(0), stills.get(stills.size() / 2), stills.get(stills.size() - 1))) {
            frames.add(ImageIO.read(new ByteArrayInputStream(still.jpeg())));
        }
        return frames;
    }

    /** Breaks a text between words; what doesn't fit on the last line is left out, with an ellipsis. */
    private static List<String> lines(String text, int width, FontMetrics metrics) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : text.strip().split("\\s+")) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (line.isEmpty() || metrics.stringWidth(longer) <= width) {
                line = longer;
            } else if (lines.size() == LINES - 1) {
                line = line + "…";
                break;
            } else {
                lines.add(line);
                line = word;
            }
        }
        lines.add(line);
        return lines;
    }
}
