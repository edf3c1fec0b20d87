namespace Assay.Worker.Hub;

/// <summary>Where a pull reads from and what it is allowed.</summary>
internal sealed record HubOptions
{
    /// <summary>The public hub.</summary>
    public static readonly Uri PublicHub = new("https://huggingface.co/");

    /// <summary>The hub that lists files and their hashes. Default the public one.</summary>
    public Uri Host { get; init; } = PublicHub;

    /// <summary>Where file contents are tried first, or null; what it sends must match the hashes of <see cref="Host"/>.</summary>
    public Uri? Mirror { get; init; }

    /// <summary>Access token, sent to <see cref="Host"/> alone, or null.</summary>
    public string? Token { get; init; }

    /// <summary>Whether host and mirror may be plain http although they are not this machine. Default no.</summary>
    public bool AllowPlainHttp { get; init; }

    /// <summary>Most bytes of all files together. Default 100 GiB.</summary>
    public long MostBytes { get; init; } = 100L << 30;

    /// <summary>Longest wait for a connection and for the head of an answer. Default 30 s.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>In each such window at least <see cref="LeastProgress"/> bytes must arrive. Default 60 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes that must arrive in a window, unless the content ends. Default 64 KiB.</summary>
    public int LeastProgress { get; init; } = 64 << 10;

    /// <summary>Attempts in a row without a new byte before giving up. Default 5.</summary>
    public int MostAttempts { get; init; } = 5;

    /// <summary>Wait before the second attempt; doubled for each further one, at most a minute. Default 1 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Free bytes of the disk that holds a folder.</summary>
    public Func<string, long> FreeBytes { get; init; } = folder => new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;

    /// <summary>Whether the user named this origin; such a host may have any address, all others need a public one and https.</summary>
    public bool IsConfigured(Uri address) => (SameOrigin(address, Host) && !SameOrigin(Host, PublicHub)) || (Mirror is not null && SameOrigin(address, Mirror));

    /// <summary>Same scheme, host and port.</summary>
    public static bool SameOrigin(Uri left, Uri right) =>
        left.Scheme == right.Scheme && left.Port == right.Port && string.Equals(left.IdnHost, right.IdnHost, StringComparison.OrdinalIgnoreCase);
}
