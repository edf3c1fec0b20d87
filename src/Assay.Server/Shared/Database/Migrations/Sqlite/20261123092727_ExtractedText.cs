using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Assay.Server.Shared.Database.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ExtractedText : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "IgnoresPdfImages",
                table: "datanet",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "ExtractedFrom",
                table: "contribution",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_contribution_ExtractedFrom",
                table: "contribution",
                column: "ExtractedFrom");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_contribution_ExtractedFrom",
                table: "contribution");

            migrationBuilder.DropColumn(
                name: "IgnoresPdfImages",
                table: "datanet");

            migrationBuilder.DropColumn(
                name: "ExtractedFrom",
                table: "contribution");
        }
    }
}
