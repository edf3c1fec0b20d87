namespace Assay.Server.Demo;

/// <summary>A step of the walk saw something else than it should.</summary>
internal sealed class DemoFailedException(string message) : Exception(message)
{
    /// <exception cref="DemoFailedException"><paramref name="holds"/> is false.</exception>
    public static void Unless(bool holds, string message)
    {
        if (!holds)
        {
            throw new DemoFailedException(message);
        }
    }
}
