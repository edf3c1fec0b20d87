using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Assay.Server.Shared.Database.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class MediaFingerprints : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "PreviewSha256",
                table: "contribution",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "picture_hash",
                columns: table => new
                {
                    DatanetId = table.Column<string>(type: "TEXT", nullable: false),
                    Key = table.Column<int>(type: "INTEGER", nullable: false),
                    ContributionId = table.Column<string>(type: "TEXT", nullable: false),
                    Crop = table.Column<int>(type: "INTEGER", nullable: false),
                    Hash = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_picture_hash", x => new { x.DatanetId, x.Key, x.ContributionId, x.Crop });
                });

            migrationBuilder.CreateIndex(
                name: "IX_picture_hash_ContributionId",
                table: "picture_hash",
                column: "ContributionId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "picture_hash");

            migrationBuilder.DropColumn(
                name: "PreviewSha256",
                table: "contribution");
        }
    }
}
