using System.Globalization;

namespace Assay.Worker.Hub;

/// <summary>Progress as lines of text: a line when a file begins and ends, and one every few seconds between.</summary>
internal sealed class ProgressLines(TextWriter output, TimeProvider clock)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private string? file;
    private long written;

    /// <summary>Writes what is worth a line.</summary>
    public void Report(PullProgress progress)
    {
        bool edge = progress.File.Name != file || progress.Done == progress.File.Size;
        if (progress.Note is null && !edge && clock.GetElapsedTime(written) < Every)
        {
            return;
        }

        file = progress.File.Name;
        written = clock.GetTimestamp();
        double percent = progress.File.Size == 0 ? 100 : 100.0 * progress.Done / progress.File.Size;
        output.WriteLine(progress.Note ?? string.Create(CultureInfo.InvariantCulture, $"{file} {progress.Done / 1048576.0:F1} of {progress.File.Size / 1048576.0:F1} MiB, {percent:F0} %"));
    }
}
